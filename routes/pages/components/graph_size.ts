/** Size of a node's card, in units of the drawing. */
export const CARD = { width: 220, height: 72 } as const;
