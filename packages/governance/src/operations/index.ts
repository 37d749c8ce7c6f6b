/** The door of the ops governor: what other rooms and the generated documents may name. */
export { DeclarationSchema, parseDeclaration } from './declaration.ts';
export { createBackend } from './backend/backend.ts';
export { createSupervisor } from './backend/services/supervisor.ts';
export { createSystemd } from './backend/services/systemd.ts';
