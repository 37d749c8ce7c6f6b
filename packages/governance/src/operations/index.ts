/** The door of the ops governor: what other rooms and the generated documents may name. */
export { DeclarationSchema, parseDeclaration } from './declaration.ts';
