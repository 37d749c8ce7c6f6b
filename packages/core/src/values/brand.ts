declare const brand: unique symbol;

/**
 * A number or string that only its own parser or arithmetic may produce. Costs nothing at run time.
 */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
