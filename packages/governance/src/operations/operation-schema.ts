import { DeclarationSchema } from './declaration.ts';

/** JSON Schema of a declaration, for editors and for people. */
export function operationSchema(): string {
  const $schema = 'https://json-schema.org/draft/2020-12/schema';
  const title = 'A declared operation of Holdfast';
  return `${JSON.stringify({ $schema, title, ...DeclarationSchema }, null, 2)}\n`;
}
