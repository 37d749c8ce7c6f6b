import { type ChildProcess, fork } from 'node:child_process';
import type { Policy } from '@holdfast/core';

/** Does one task at a time; a process of its own, or this one. */
export interface Worker<Task, Result> {
  run(task: Task): Promise<Result>;
  /** Nothing more will be asked of it. */
  dismiss(): void;
}

/** What a crew can do, under the policy it is told once. */
export interface Craft<Task, Result> {
  readonly work: (task: Task, policy: Policy) => Promise<Result>;
  /** The program of a process that does it: one call of `serve`. */
  readonly program: URL;
  /** What a worker that died was at. */
  readonly nameOf: (task: Task) => string;
}

/** One worker in this process, or `jobs` of them in processes of their own. */
export function crewOf<Task extends object, Result>(
  jobs: number,
  policy: Policy,
  craft: Craft<Task, Result>,
): readonly Worker<Task, Result>[] {
  if (jobs <= 1) return [{ run: (task) => craft.work(task, policy), dismiss: () => {} }];
  return Array.from({ length: jobs }, () => hire(policy, craft));
}

/** Told its policy once, then task by task; it ends when it is let go of. */
function hire<Task extends object, Result>(
  policy: Policy,
  { program, nameOf }: Craft<Task, Result>,
): Worker<Task, Result> {
  const child = fork(program, [], { serialization: 'advanced' });
  const policyTold = tell(child, { policy });
  // Whoever runs the first task hears of it.
  policyTold.catch(() => undefined);
  return {
    run: async (task) => {
      await policyTold;
      return ask(child, task, nameOf(task));
    },
    dismiss: () => {
      if (child.connected) child.disconnect();
    },
  };
}

function tell(child: ChildProcess, message: object): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.send(message, (error) => (error === null ? resolve() : reject(error)));
  });
}

function ask<Result>(child: ChildProcess, task: object, name: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null, signal: NodeJS.Signals | null): void => {
      const how = signal ?? `exit ${code}`;
      reject(new Error(`the worker of ${name} died: ${how}`));
    };
    child.once('exit', died);
    child.once('message', (result: Result) => {
      child.off('exit', died);
      resolve(result);
    });
    child.send({ task });
  });
}

/** The other side: this process answers every task with what came of it. */
export function serve<Task, Result>({ work }: Pick<Craft<Task, Result>, 'work'>): void {
  let policy: Policy | null = null;
  process.on('message', (message: { readonly task: Task } | { readonly policy: Policy }) => {
    if ('policy' in message) {
      ({ policy } = message);
      return;
    }
    if (policy === null) throw new Error('a task came before its policy');
    // A rejection nobody handles ends this process, and whoever asked hears of that.
    void work(message.task, policy).then((result) => process.send?.(result));
  });
  // A signal to the whole group reaches everybody: who deals the tasks decides when it is over.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
  process.once('disconnect', () => process.exit(0));
}
