import { searchTypes } from "../document/palette.ts";
import { connectable } from "../document/connect.ts";
import type { Editor, Place } from "../editor_context.ts";
import { focusCard } from "../focus.ts";

/** Something that can be done by choosing it from a list. */
export interface Command {
  id: string;
  label: string;
  hint?: string;
  icon: string;
  category?: string;
  keys?: string;
  run(): void;
  /** Its rank while a text is searched for, by the types' own search; absent: by its words. */
  rank?(text: string): number | null;
}

/** Everything that can be chosen: node types for a place, or all commands. */
export function commandsFor(editor: Editor, place: Place | null): Command[] {
  const adding = editor.mayEdit ? additions(editor, place) : [];
  if (place) return adding;
  return [
    ...(editor.mayEdit ? drawing(editor) : []),
    ...adding,
    ...testing(editor),
    ...reviewing(editor),
    ...connections(editor),
    ...ways(editor),
  ];
}

function additions({ types, actions, selection }: Editor, asked: Place | null): Command[] {
  const [edgeId] = selection.nodes.size === 0 && selection.edges.size === 1 ? selection.edges : [];
  const place: Place = asked ?? (edgeId === undefined ? { kind: "next" } : { kind: "edge", edgeId });
  const open = place.kind === "after" || place.kind === "edge";
  const offered = types.all.filter((type) => !open || type.kind !== "trigger");
  return offered.map((type) => ({
    id: `add ${type.type}`,
    label: asked ? type.title : `Add ${type.title}`,
    hint: type.description,
    icon: type.icon,
    category: type.category,
    run: () => focusCard(actions.add(type.type, place)),
    rank(text): number | null {
      const plain = text.trim().replace(/^add\s+/i, "");
      const index = searchTypes(offered, plain).findIndex((found) => found.type === type.type);
      return index < 0 ? null : index;
    },
  }));
}

function drawing({ actions, selection }: Editor): Command[] {
  const some = selection.nodes.size + selection.edges.size + selection.notes.size > 0;
  const several = selection.nodes.size > 1;
  const command = (label: string, icon: string, keys: string | null, run: () => void): Command => ({
    id: label,
    label,
    icon,
    ...(keys ? { keys } : {}),
    run,
  });
  return [
    command("Undo", "undo", "Ctrl+Z", actions.undo),
    command("Redo", "redo", "Ctrl+Shift+Z", actions.redo),
    command(
      several ? "Tidy up the selected nodes" : "Tidy up",
      "layout",
      "Ctrl+Shift+L",
      () => void actions.tidy(),
    ),
    command("Add a note", "pencil", "N", () => actions.addNote("note")),
    command("Add a group", "square-dashed", "Ctrl+G", () => actions.addNote("group")),
    ...(some
      ? [
        command("Duplicate", "copy", "Ctrl+D", actions.duplicate),
        command("Delete", "trash", "Delete", actions.remove),
      ]
      : []),
    ...(several
      ? (["left", "centre", "right", "top", "middle", "bottom"] as const).map((how) =>
        command(`Align ${how}`, "layout", null, () => actions.align(how))
      )
      : []),
    ...(several
      ? [
        command("Distribute side by side", "layout", null, () => actions.align("distribute-x")),
        command("Distribute up and down", "layout", null, () => actions.align("distribute-y")),
      ]
      : []),
  ];
}

function testing({ mayRun, openDrawer }: Editor): Command[] {
  const test: Command = {
    id: "test",
    label: "Test the workflow",
    hint: "Run it, one node or up to a node; nothing is sent",
    icon: "list-checks",
    run: () => openDrawer("test"),
  };
  const watch: Command = {
    id: "watch",
    label: "Watch an execution",
    hint: "Painted live on the canvas",
    icon: "eye",
    run: () => openDrawer("watch"),
  };
  return mayRun ? [test, watch] : [watch];
}

function reviewing({ draft, mayPublish, lookAt }: Editor): Command[] {
  const { version } = draft.live;
  const history: Command = {
    id: "versions",
    label: "Version history",
    icon: "clock",
    run: () => lookAt({ kind: "versions" }),
  };
  const publish: Command = {
    id: "publish",
    label: "Publish …",
    icon: "upload",
    run: () => lookAt({ kind: "publish" }),
  };
  const compare = (before: number): Command => ({
    id: "compare",
    label: "Compare with the live version",
    icon: "split",
    run: () => lookAt({ kind: "comparison", before, after: "draft", drawn: null }),
  });
  return [...(mayPublish ? [publish] : []), history, ...(version === null ? [] : [compare(version)])];
}

/** From the selected node to every node that an edge may lead to. */
function connections({ draft, types, selection, cards, actions, mayEdit }: Editor): Command[] {
  const [source, another] = selection.nodes;
  const card = source === undefined ? undefined : cards.get(source);
  if (!card || another !== undefined || !mayEdit) return [];
  return card.ports.flatMap((port) => {
    const reasons = connectable(draft.document, types.of, card.id, port.id);
    return draft.document.nodes.filter(({ id }) => id !== card.id && !reasons.get(id)).map((target) => {
      const by = card.ports.length > 1 ? ` by “${port.label}”` : "";
      return {
        id: `connect ${port.id} ${target.id}`,
        label: `Connect${by} to ${cards.get(target.id)?.label ?? target.id}`,
        hint: `from ${card.label}`,
        icon: "arrow-right",
        run: () => actions.connect(card.id, port.id, target.id),
      };
    });
  });
}

function ways({ draft, cards, goTo }: Editor): Command[] {
  return draft.document.nodes.map((node) => {
    const card = cards.get(node.id);
    return {
      id: `go ${node.id}`,
      label: `Go to ${card?.label ?? node.id}`,
      hint: card?.summary ?? "",
      icon: card?.icon ?? "box",
      category: card?.category ?? "code",
      run: () => goTo(node.id),
    };
  });
}

/** Those that fit the text, best first; all of them in their order without a text. */
export function ranked(commands: readonly Command[], text: string): readonly Command[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return commands;
  const words = wanted.split(/\s+/);
  const found: { command: Command; rank: number }[] = [];
  commands.forEach((command, index) => {
    const rank = rankOf(command, wanted, words);
    if (rank !== null) found.push({ command, rank: rank + index / 10_000 });
  });
  return found.sort((a, b) => a.rank - b.rank).map(({ command }) => command);
}

function rankOf(command: Command, wanted: string, words: readonly string[]): number | null {
  const label = command.label.toLowerCase();
  if (label.startsWith(wanted)) return 0;
  const own = command.rank?.(wanted);
  if (own !== undefined) return own === null ? null : 1 + own;
  if (words.every((word) => label.includes(word))) return 2;
  const hint = command.hint?.toLowerCase() ?? "";
  return words.every((word) => label.includes(word) || hint.includes(word)) ? 50 : null;
}
