/** The door of the rollout: the daily pipeline, for whoever has its steps. */
export { runForward } from './forward.ts';
