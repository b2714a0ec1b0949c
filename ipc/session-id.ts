/** Ids a client makes, so that asking twice is once: a new session's, and the key of words or a decision. */
import { randomBytes } from 'node:crypto';
import { nanoid } from 'nanoid';
import { uuidv7 } from '../core/ids.ts';

export const newSessionId = (): string => uuidv7(Date.now(), randomBytes(10));
export const newKey = (): string => nanoid();
