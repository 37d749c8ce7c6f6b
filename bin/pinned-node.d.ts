/** What `pinnedNode` reads of the running process. */
export interface RunningNode {
  readonly platform: string;
  readonly arch: string;
  readonly execPath: string;
  readonly versions: { readonly node: string };
}

export function pinnedNode(running?: RunningNode, resolve?: (specifier: string) => string): string;
