export interface PlanePoint {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** Stops when the three values agree to this fraction of the best one. */
const AGREEMENT = 1e-7;

/**
 * Nelder-Mead minimum of a function of two variables (Lagarias et al., 1998, standard
 * coefficients), from a triangle at `(x, y)` with legs `dx` and `dy`, in at most `iterationsMax`
 * steps. A value that is not a number counts as infinitely bad. Deterministic: ties keep the older
 * vertex.
 */
export function minimisePlane(
  objective: (x: number, y: number) => number,
  x: number,
  y: number,
  dx: number,
  dy: number,
  iterationsMax: number,
): PlanePoint {
  const at = (px: number, py: number): PlanePoint => {
    const value = objective(px, py);
    return { x: px, y: py, value: Number.isNaN(value) ? Number.POSITIVE_INFINITY : value };
  };
  let [best, middle, worst] = ordered(at(x, y), at(x + dx, y), at(x, y + dy));
  for (let iteration = 0; iteration < iterationsMax; iteration += 1) {
    if (worst.value - best.value <= AGREEMENT * best.value) break;
    const cx = 0.5 * (best.x + middle.x);
    const cy = 0.5 * (best.y + middle.y);
    const wx = worst.x - cx;
    const wy = worst.y - cy;
    const reflected = at(cx - wx, cy - wy);
    let next = reflected;
    let shrink = false;
    if (reflected.value < best.value) {
      const expanded = at(cx - 2 * wx, cy - 2 * wy);
      if (expanded.value < reflected.value) next = expanded;
    } else if (reflected.value >= middle.value) {
      const side = reflected.value < worst.value ? -0.5 : 0.5;
      next = at(cx + side * wx, cy + side * wy);
      shrink = next.value >= Math.min(reflected.value, worst.value);
    }
    if (shrink) {
      middle = at(0.5 * (best.x + middle.x), 0.5 * (best.y + middle.y));
      worst = at(0.5 * (best.x + worst.x), 0.5 * (best.y + worst.y));
    } else {
      worst = next;
    }
    [best, middle, worst] = ordered(best, middle, worst);
  }
  return best;
}

type Triangle = readonly [PlanePoint, PlanePoint, PlanePoint];

function ordered(a: PlanePoint, b: PlanePoint, c: PlanePoint): Triangle {
  const [low, high] = b.value < a.value ? [b, a] : [a, b];
  if (c.value < low.value) return [c, low, high];
  return c.value < high.value ? [low, c, high] : [low, high, c];
}
