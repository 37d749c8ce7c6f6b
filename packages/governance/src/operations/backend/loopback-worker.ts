/**
 * Runs inside the sandbox, where no network but an empty loopback is. Listens on the declared
 * ports, hands each connection to the Unix socket of that port, and runs the command meanwhile. It
 * imports nothing of ours: the sandbox shows it alone.
 *
 *     node loopback-worker.ts <folder of sockets> <port,port> <program> <argument>…
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { constants } from 'node:os';

const [folder = '', ports = '', program = '', ...args] = process.argv.slice(2);
for (const port of ports.split(',')) {
  const server = createServer((inside) => {
    const outside = connect(`${folder}/${port}`);
    inside.on('error', () => outside.destroy());
    outside.on('error', () => inside.destroy());
    inside.pipe(outside).pipe(inside);
  });
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
}
const command = spawn(program, args, { stdio: 'inherit' });
command.on('error', (error) => {
  console.error(error.message);
  process.exit(127);
});
command.on('exit', (code, signal) => {
  process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
});
