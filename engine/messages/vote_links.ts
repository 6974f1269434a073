import type { Ballot } from "../schemas/approval.ts";
import type { Tokens } from "./tokens.ts";

export interface VoteLinks {
  /** Address of the page where this choice can be made; null while the house has no public address. */
  link(ballot: Ballot): string | null;
  /** What the address carries: bound to execution, node, visit, approver and choice. */
  sign(ballot: Ballot): string;
  /** The ballot of a token; null when it is not ours, or was signed for something else. */
  read(token: string): Ballot | null;
}

/** Signed links with which approvers answer: `<public>/a/<token>`. */
export function createVoteLinks(options: { tokens: Tokens; publicUrl: () => string }): VoteLinks {
  const { tokens } = options;
  const sign = ({ executionId, nodeId, visit, approver, choice }: Ballot): string =>
    tokens.sign({ k: "vote", e: executionId, n: nodeId, v: visit, a: approver, c: choice });
  return {
    sign,
    link(ballot): string | null {
      const base = options.publicUrl().replace(/\/+$/, "");
      return base === "" ? null : `${base}/a/${sign(ballot)}`;
    },
    read(token): Ballot | null {
      const { k, e, n, v, a, c } = tokens.verify(token) ?? {};
      if (k !== "vote" || typeof e !== "string" || typeof n !== "string" || typeof a !== "string") {
        return null;
      }
      if (typeof v !== "number" || (c !== "approved" && c !== "declined")) return null;
      return { executionId: e, nodeId: n, visit: v, approver: a, choice: c };
    },
  };
}
