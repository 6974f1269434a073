const NAME = "leadflow_zone";
const YEAR_S = 31_536_000;

/** The zone on the viewer's wall. */
export function viewerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** Tells the server in a cookie, so that it draws days and hours as the viewer's clock shows them. */
export function tellZone(root: Document): void {
  const told = `${NAME}=${encodeURIComponent(viewerZone())}`;
  if (!root.cookie.split("; ").includes(told)) {
    root.cookie = `${told}; path=/; max-age=${YEAR_S}; samesite=lax`;
  }
}
