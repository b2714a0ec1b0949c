/** A new session's id, made by the client, so that asking for it twice makes one. */
import { randomBytes } from 'node:crypto';
import { uuidv7 } from '../core/ids.ts';

export const newSessionId = (): string => uuidv7(Date.now(), randomBytes(10));
