import { randomStream } from "../../random";

/** Random choices of a scene, all from one stream. */
export interface Draws {
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** A whole number in low..high, both included. */
  whole(low: number, high: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of a list. */
  pick<T>(list: readonly T[]): T;
  /** One of a list, in proportion to the weights. */
  weigh<T>(list: readonly (readonly [weight: number, item: T])[]): T;
}

/** Random choices, the same for the same seed. */
export function drawsOf(seed: number): Draws {
  const { uniform } = randomStream(seed);
  const between = (low: number, high: number) => low + (high - low) * uniform();
  const whole = (low: number, high: number) => Math.floor(between(low, high + 1));
  return {
    between,
    whole,
    chance: (probability) => uniform() < probability,
    pick: (list) => list[whole(0, list.length - 1)],
    weigh(list) {
      let left = uniform() * list.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, item] of list) {
        left -= weight;
        if (left < 0) return item;
      }
      return list[list.length - 1][1];
    },
  };
}
