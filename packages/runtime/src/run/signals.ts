const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Resolves at the first signal. A second one is the impatient one: it ends the process. */
  readonly asked: Promise<void>;
  forget(): void;
}

export function interruption(): Interruption {
  let ask: () => void = () => undefined;
  const asked = new Promise<void>((done) => {
    ask = done;
  });
  for (const signal of SIGNALS) process.once(signal, ask);
  return {
    asked,
    forget() {
      for (const signal of SIGNALS) process.off(signal, ask);
    },
  };
}
