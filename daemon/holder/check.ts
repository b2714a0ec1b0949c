/** Checks what comes in on the holder's socket, once: after this a request is a typed value. No schema library: the holder must start fast. */
import { constants } from 'node:os';
import type { Message } from '../../ipc/frame.ts';
import { maxKeyBytes, maxReadBytes, maxSecretBytes, maxWriteBytes, type Request, type Verb } from './protocol.ts';

type Check = (value: unknown) => boolean;

const text =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= max && !value.includes('\0');
const integer =
  (min: number, max: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
const oneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const list =
  (check: Check, max: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= max && value.every(check);
const isObject = (value: unknown): value is Message =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
const fields =
  (checks: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(checks).every(([name, check]) => check(value[name]));
const texts =
  (max: number, maxBytes: number): Check =>
  (value) =>
    isObject(value) &&
    Object.entries(value).every(([name, part]) => typeof part === 'string' && !`${name}${part}`.includes('\0')) &&
    Object.keys(value).length <= max &&
    Object.entries(value).reduce((sum, [name, part]) => sum + name.length + (part as string).length, 0) <= maxBytes;
const bytes =
  (max: number): Check =>
  (value) =>
    value instanceof Uint8Array && value.length <= max;

const maxOffset = Number.MAX_SAFE_INTEGER;
const path: Check = (value) => text(4096)(value) && (value as string).length > 0;
const absolute: Check = (value) => path(value) && (value as string).startsWith('/');
const key: Check = (value) =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.isWellFormed() &&
  encodeURIComponent(value).length <= maxKeyBytes;
const side = integer(1, 10_000);
const megabyte = 1024 * 1024;

const run = fields({
  key,
  file: path,
  args: list(text(8 * megabyte), 100_000),
  cwd: absolute,
  env: (value) =>
    texts(10_000, 8 * megabyte)(value) &&
    Object.keys(value as object).every((name) => name !== '' && !name.includes('=')),
  umask: integer(0, 0o777),
  mode: oneOf('pty', 'pipes'),
  size: optional(fields({ cols: side, rows: side })),
  stdin: optional(oneOf('null', 'open')),
  opens: optional(list(fields({ fd: integer(3, 255), path: absolute, mode: oneOf('r', 'w', 'a', 'rw') }), 32)),
  limits: optional(
    list(
      fields({
        name: oneOf('as', 'core', 'cpu', 'data', 'fsize', 'nofile', 'stack'),
        value: (value) => value === 'unlimited' || integer(0, maxOffset)(value),
        soft: optional(oneOf(true, false)),
      }),
      16,
    ),
  ),
  spoolLimit: optional(integer(4096, 1024 * megabyte)),
});

const checks: Readonly<Record<Verb, Check>> = {
  hello: fields({ version: integer(0, 1e6), epoch: integer(0, maxOffset), token: text(200) }),
  run,
  write: fields({ key, n: integer(1, maxOffset), bytes: bytes(maxWriteBytes), eof: optional(oneOf(true, false)) }),
  read: fields({ key, from: integer(0, maxOffset), limit: integer(1, maxReadBytes) }),
  follow: fields({ key, from: optional(integer(0, maxOffset)) }),
  unfollow: fields({ follow: integer(0, maxOffset) }),
  resize: fields({ key, cols: side, rows: side }),
  signal: fields({ key, signal: (value) => typeof value === 'string' && Object.hasOwn(constants.signals, value) }),
  list: isObject,
  forget: fields({ key }),
  'secrets.put': fields({ secrets: texts(256, maxSecretBytes) }),
  'secrets.get': isObject,
  leave: isObject,
  end: isObject,
};

export type Checked =
  | { readonly ok: true; readonly request: Request }
  | { readonly ok: false; readonly id: number | undefined; readonly why: string };

export function checkRequest(message: Message): Checked {
  const { t, id } = message;
  if (!integer(0, maxOffset)(id)) return { ok: false, id: undefined, why: 'a request has no id' };
  if (typeof t !== 'string' || !Object.hasOwn(checks, t))
    return { ok: false, id: id as number, why: `this holder knows no request ${JSON.stringify(t)?.slice(0, 40)}` };
  if (!checks[t as Verb](message))
    return { ok: false, id: id as number, why: `a ${t} request is not as the protocol says` };
  return { ok: true, request: message as unknown as Request };
}
