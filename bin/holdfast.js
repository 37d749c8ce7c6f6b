#!/usr/bin/env node
/**
 * `holdfast <verb> …`: finds the pinned Node and starts the owning package's cli.ts (D-36). Plain
 * JavaScript that Node 20 can run. Exit codes: the command's own, and 2 where none could be
 * started.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './pinned-node.js';
import { nearestVerb, VERBS } from './verbs.js';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');
const UNUSABLE = 2;

function entryOf({ owner, entry = 'cli.ts' }) {
  return join(ROOT, 'packages', owner, 'src', entry);
}

/** What this build can do: a verb it lacks is not offered. */
function help() {
  const verbs = Object.entries(VERBS).filter(([, verb]) => existsSync(entryOf(verb)));
  const width = Math.max(...verbs.map(([verb]) => verb.length));
  const lines = verbs.map(([verb, { does }]) => `  ${verb.padEnd(width)}  ${does}`);
  return [
    'holdfast <verb> [options]',
    '',
    ...lines,
    '',
    'holdfast <verb> --help says more.',
    'Exit codes: 0 yes or done, 1 no or failed, 2 could not tell or wrong usage.',
    '',
  ].join('\n');
}

function fail(message) {
  process.stderr.write(`holdfast: ${message}\n`);
  process.exitCode = UNUSABLE;
}

function main([verb, ...rest]) {
  if (verb === undefined || verb === '--help' || verb === '-h' || verb === 'help') {
    process.stdout.write(help());
    return;
  }
  if (verb === '--version' || verb === '-v') {
    const { name, version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    process.stdout.write(`${name} ${version}\n`);
    return;
  }
  if (!Object.hasOwn(VERBS, verb)) {
    const near = nearestVerb(verb);
    fail(
      `no verb '${verb}'. ${near === null ? 'See holdfast --help.' : `Did you mean '${near}'?`}`,
    );
    return;
  }
  const { flags = [] } = VERBS[verb];
  const cli = entryOf(VERBS[verb]);
  if (!existsSync(cli)) {
    fail(`'${verb}' is not in this build: there is no ${relative(ROOT, cli)}.`);
    return;
  }
  let node;
  try {
    node = pinnedNode();
  } catch (error) {
    fail(error.message);
    return;
  }
  start(node, [...flags, cli, verb, ...rest]);
}

/** What a terminal sends to the whole foreground group: the command has these already. */
const FROM_TERMINAL = ['SIGINT', 'SIGQUIT', 'SIGHUP'];

function start(node, args) {
  const child = spawn(node, args, { stdio: 'inherit' });
  const forward = {};
  for (const signal of ['SIGTERM', ...FROM_TERMINAL]) {
    // A second SIGINT often means "at once", so the one from the keyboard must not arrive twice.
    const doubled = process.stdin.isTTY && FROM_TERMINAL.includes(signal);
    forward[signal] = () => doubled || child.kill(signal);
    process.on(signal, forward[signal]);
  }
  child.on('error', (error) => fail(`${node} did not start: ${error.message}`));
  child.on('exit', (code, signal) => {
    for (const [name, handler] of Object.entries(forward)) process.off(name, handler);
    if (signal === null) process.exitCode = code;
    else process.kill(process.pid, signal);
  });
}

main(process.argv.slice(2));
