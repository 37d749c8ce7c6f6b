import { once } from 'node:events';
import { createServer } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ScriptedVenue } from './scripted-venue.ts';

export interface ScriptedServer {
  readonly url: string;
  /** Upgrades are refused with this status until it is null again. */
  refuse(status: number | null): void;
  close(): Promise<void>;
}

/** A scripted venue on a real port of this machine. */
export async function serve(venue: ScriptedVenue): Promise<ScriptedServer> {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  const sockets = new Set<WebSocket>();
  let refused: number | null = null;
  http.on('upgrade', (request, socket, head) => {
    if (refused !== null) {
      socket.end(`HTTP/1.1 ${refused} Refused\r\nconnection: close\r\n\r\n`);
      return;
    }
    server.handleUpgrade(request, socket, head, (peer) => {
      sockets.add(peer);
      const wire = venue.accept({
        send: (text) => peer.send(text),
        close: (code) => (code === null ? peer.terminate() : peer.close(code)),
      });
      peer.on('message', (data) => {
        if (data instanceof Buffer) wire.hear(data.toString('utf8'));
      });
      peer.on('close', () => {
        sockets.delete(peer);
        wire.gone();
      });
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const address = http.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `ws://127.0.0.1:${port}/ws/api/v2`,
    refuse(status) {
      refused = status;
    },
    async close() {
      for (const peer of sockets) peer.terminate();
      http.close();
      await once(http, 'close');
    },
  };
}
