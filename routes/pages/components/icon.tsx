import type { JSX } from "preact";

/** Path data on a 24 × 24 grid, drawn with a 1.75 stroke and no fill. */
const ICONS: ReadonlyMap<string, string> = new Map([
  ["alert", "M12 4 2.8 19.5h18.4L12 4ZM12 10v4.5M12 17h.01"],
  ["arrow-right", "M5 12h14M13 6l6 6-6 6"],
  ["bell", "M6 16v-5.5a6 6 0 0 1 12 0V16l1.5 2.5h-15L6 16ZM10 21.5h4"],
  ["box", "M4 7.5 12 3l8 4.5v9L12 21l-8-4.5v-9ZM4 7.5l8 4.5 8-4.5M12 12v9"],
  [
    "braces",
    "M9 4H8a2 2 0 0 0-2 2v4a2 2 0 0 1-2 2 2 2 0 0 1 2 2v4a2 2 0 0 0 2 2h1M15 4h1a2 2 0 0 1 2 2v4a2 2 0 0 0 2 2 2 2 0 0 0-2 2v4a2 2 0 0 1-2 2h-1",
  ],
  [
    "calendar-clock",
    "M11 20H4V6h16v4.5M4 10.5h9M8.5 3.5V8M15.5 3.5V8M22 17.5a5 5 0 1 1-10 0 5 5 0 0 1 10 0ZM17 15v2.7l1.7 1",
  ],
  ["check", "m5 12.5 4.5 4.5L19 7.5"],
  ["chevron-down", "m6 9.5 6 6 6-6"],
  ["chevron-left", "m14.5 6-6 6 6 6"],
  ["chevron-right", "m9.5 6 6 6-6 6"],
  ["chevron-up", "m6 14.5 6-6 6 6"],
  [
    "circle-dashed",
    "M9.5 3.4a9 9 0 0 1 5 0M19 6.3a9 9 0 0 1 2 4.4M20.5 15.5a9 9 0 0 1-3 3.9M13.5 20.9a9 9 0 0 1-5-.7M4.6 17.2a9 9 0 0 1-1.5-4.7M4 8a9 9 0 0 1 1.8-2.5",
  ],
  ["clock", "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM12 7v5l3.5 2"],
  ["code", "m8 7-5 5 5 5M16 7l5 5-5 5M13.5 4.5l-3 15"],
  ["copy", "M9 9h11v11H9zM15 9V4H4v11h5"],
  [
    "database",
    "M20 6c0 1.7-3.6 3-8 3S4 7.7 4 6s3.6-3 8-3 8 1.3 8 3ZM4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
  ],
  ["download", "M12 4v11M7 10.5l5 5 5-5M4 20h16"],
  ["external", "M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5"],
  [
    "eye",
    "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM15 12a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z",
  ],
  ["file", "M6 3h8l5 5v13H6zM14 3v5h5"],
  ["gauge", "M4.5 18.5a9.5 9.5 0 1 1 15 0M12 14l4-5M12 14h.01"],
  [
    "git-branch",
    "M6 3v12M6 15a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM18 3a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM18 9a9 9 0 0 1-9 9",
  ],
  [
    "globe",
    "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0ZM3.5 9.5h17M3.5 14.5h17M12 3c5 5.5 5 12.5 0 18M12 3c-5 5.5-5 12.5 0 18",
  ],
  ["hourglass", "M6 3h12M6 21h12M7 3v3c0 3 5 4.5 5 6s-5 3-5 6v3M17 3v3c0 3-5 4.5-5 6s5 3 5 6v3"],
  ["inbox", "M3 13h5l1.5 3h5l1.5-3h5M3 13l3-8h12l3 8v6H3z"],
  ["key", "M11.5 9.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM11 11l9.5 9.5M17 17l2.5-2.5"],
  [
    "link",
    "M10 14a4 4 0 0 0 6 0l3.5-3.5a4 4 0 0 0-6-5.7L12 6.3M14 10a4 4 0 0 0-6 0l-3.5 3.5a4 4 0 0 0 6 5.7l1.5-1.5",
  ],
  ["layout", "M8.5 3.5h7v5h-7zM3.5 15.5h7v5h-7zM13.5 15.5h7v5h-7zM12 8.5V12M7 15.5V12h10v3.5"],
  ["list-checks", "m3 7 1.5 1.5L7.5 5.5M3 16l1.5 1.5 3-3M11 7h10M11 16h10"],
  ["log-out", "M10 4H5v16h5M15 8l4 4-4 4M19 12H9"],
  ["mail", "M3 5.5h18v13H3zM3 7l9 6.5L21 7"],
  ["menu", "M4 7h16M4 12h16M4 17h16"],
  ["more", "M5 12h.01M12 12h.01M19 12h.01"],
  ["mouse-pointer-click", "m10 10 4 11 2-5 5-2-11-4ZM5 3.5l1 2.5M3.5 8l2.5.5M9 3l-.5 2.5"],
  ["pause", "M8 5v14M16 5v14"],
  ["pencil", "M4 20l1-4.5L16 4.5l3.5 3.5-11 11L4 20ZM14 6.5l3.5 3.5"],
  [
    "phone",
    "M5 3.5h3.5l2 5-2.5 1.7a12 12 0 0 0 5.8 5.8l1.7-2.5 5 2V19a2 2 0 0 1-2 2A16.5 16.5 0 0 1 3 5.5a2 2 0 0 1 2-2Z",
  ],
  ["pin", "M9 3.5h6M10 3.5v6L7 13.5h10l-3-4v-6M12 13.5V21"],
  ["play", "M7 4.5v15l12-7.5z"],
  ["plus", "M12 5v14M5 12h14"],
  ["redo", "M20 9H9.5a5 5 0 0 0 0 10H14M16 5l4 4-4 4"],
  ["reply", "M9 6 3.5 11.5 9 17M3.5 11.5H14a6.5 6.5 0 0 1 6.5 6.5v1"],
  ["rotate", "M20 11a8 8 0 0 0-14-4.5L3.5 9M3.5 4v5h5M4 13a8 8 0 0 0 14 4.5l2.5-2.5M20.5 20v-5h-5"],
  ["search", "M18 11a7 7 0 1 1-14 0 7 7 0 0 1 14 0ZM16 16l5 5"],
  ["send", "M21 3 10.5 13.5M21 3l-6.5 18-4-7.5L3 9.5 21 3Z"],
  ["skip", "M5 5v14l9.5-7zM19 5v14"],
  ["repeat", "M17 2l4 4-4 4M3 11v-1a4 4 0 0 1 4-4h14M7 22l-4-4 4-4M21 13v1a4 4 0 0 1-4 4H3"],
  ["merge", "M8 6l4-4 4 4M12 2v10a4 4 0 0 1-1.2 2.9L4 22M20 22l-5-5"],
  [
    "radio",
    "M5 19a10 10 0 0 1 0-14M8 16a5.7 5.7 0 0 1 0-8M16 8a5.7 5.7 0 0 1 0 8M19 5a10 10 0 0 1 0 14M12 12h.01",
  ],
  ["split", "M12 21v-7L5 7M12 14l7-7M5 12V7h5M14 7h5v5"],
  ["stop", "M6 6h12v12H6z"],
  [
    "sun",
    "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  ],
  [
    "square-dashed",
    "M4 8V5.5a1.5 1.5 0 0 1 1.5-1.5H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16M11 4h2M11 20h2M4 11v2M20 11v2",
  ],
  ["trash", "M4 7h16M9 7V4h6v3M6 7l1 14h10l1-14M10 11v6M14 11v6"],
  ["undo", "M4 9h10.5a5 5 0 0 1 0 10H10M8 5 4 9l4 4"],
  ["upload", "M12 16V5M7 9.5l5-5 5 5M4 20h16"],
  ["user", "M16 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM4 21a8 8 0 0 1 16 0"],
  ["user-check", "M13 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM2 21a7 7 0 0 1 14 0M15.5 11.5l2 2L21.5 9.5"],
  [
    "users",
    "M13 8a4 4 0 1 1-8 0 4 4 0 0 1 8 0ZM2 20.5a7 7 0 0 1 14 0M16 4.3a4 4 0 0 1 0 7.4M18.5 14.5a7 7 0 0 1 3.5 6",
  ],
  [
    "webhook",
    "M12 9.5 8.5 16M12 9.5A3.5 3.5 0 1 1 15.5 6M9 17.5h8M8.5 16A3.5 3.5 0 1 1 5 14M17 17.5a3.5 3.5 0 1 0-3-5L12 9",
  ],
  ["workflow", "M4 4h6v6H4zM14 14h6v6h-6zM7 10v4a3 3 0 0 0 3 3h4"],
  ["x", "M6 6l12 12M18 6 6 18"],
  ["zap", "M13 2.5 4.5 13.5H11l-1 8 8.5-11H12l1-8Z"],
]);

/** Names that `Icon` can draw. */
export const ICON_NAMES: readonly string[] = [...ICONS.keys()];

interface IconProps {
  /** A name of the set; an unknown one draws a box. */
  name: string;
  size?: number;
  class?: string;
  /** Spoken name; without it the icon is decoration. */
  label?: string;
}

/** One icon, in the colour of its text. */
export function Icon({ name, size = 16, class: className, label }: IconProps): JSX.Element {
  return (
    <svg
      class={className ? `icon ${className}` : "icon"}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      role={label ? "img" : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : "true"}
    >
      <path d={ICONS.get(name) ?? ICONS.get("box")} />
    </svg>
  );
}
