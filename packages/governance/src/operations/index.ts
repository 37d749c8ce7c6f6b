/** The door of the ops governor: what the generated documents are made of. */
export { operationSchema } from './operation-schema.ts';
