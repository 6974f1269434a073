import type { ComponentChildren, JSX } from "preact";

interface TableProps {
  /** Spoken name of the table. */
  label: string;
  /** Column heads; an empty one is read as "Actions". */
  heads: readonly string[];
  children: ComponentChildren;
}

/** A list as a table; under 640 px each row becomes a card (cells carry `data-label`). */
export function Table({ label, heads, children }: TableProps): JSX.Element {
  return (
    <table class="table" aria-label={label}>
      <thead>
        <tr>
          {heads.map((head) => <th key={head} scope="col">{head || <span class="sr-only">Actions</span>}
          </th>)}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

/** Link to the next page of a cursor-paged list; the filters stay in the address. */
export function NextPage(
  props: { path: string; cursor: string | null; query?: Record<string, string>; label?: string },
): JSX.Element | null {
  if (props.cursor === null) return null;
  const query = new URLSearchParams({ ...props.query, cursor: props.cursor });
  return (
    <p class="mt-4 text-center">
      <a class="button" href={`${props.path}?${query}`} rel="next">{props.label ?? "Older"}</a>
    </p>
  );
}
