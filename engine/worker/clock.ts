/** Time and chance, given from outside so that tests may move them. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Ms that never jump, from an arbitrary start. */
  monotonic(): number;
  /** 0 ≤ x < 1. */
  random(): number;
  /** Calls back after `ms`; the returned function takes it back. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  after(ms, callback): () => void {
    // Beyond 2^31 ms a timer fires at once; whoever waits longer looks at the clock again and sets another.
    const timer = setTimeout(callback, Math.min(ms, 60_000));
    return () => clearTimeout(timer);
  },
};

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** ULIDs (ulid/spec): 10 characters of time, 16 of chance; within one ms the chance part counts up. */
export function createIds(clock: Clock): () => string {
  let lastTime = -1;
  let prefix = "";
  let high = 0;
  let low = 0;
  return () => {
    const now = Math.max(clock.now(), lastTime);
    if (now !== lastTime) {
      lastTime = now;
      prefix = base32(now, 10);
      // 40 bits each; the top bit of the upper half stays free, so that counting up cannot overflow.
      high = Math.floor(clock.random() * 2 ** 39);
      low = Math.floor(clock.random() * 2 ** 40);
    } else if (++low >= 2 ** 40) {
      low = 0;
      high++;
    }
    return prefix + base32(high, 8) + base32(low, 8);
  };
}

/** How an id begins that is made at this moment. */
export function timeOfId(at: number): string {
  return base32(Math.max(0, at), 10);
}

function base32(value: number, length: number): string {
  let text = "";
  for (let rest = value, i = 0; i < length; i++) {
    text = ALPHABET[rest % 32] + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** The id that follows from what it stands for: the time of `at`, and 80 bits of SHA-256 over the parts. */
export async function derivedId(at: number, ...parts: string[]): Promise<string> {
  const digest = new Uint8Array(
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(parts.join("\u0000"))),
  );
  let text = base32(at, 10);
  for (let i = 0; i < 16; i++) text += ALPHABET[digest[i]! & 31];
  return text;
}
