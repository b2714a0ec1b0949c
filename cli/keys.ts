/** Keys a client makes: the same one twice is done once, so a request that broke off may be sent again. */
import { randomFillSync } from 'node:crypto';
import { uuidv7 } from '../core/ids.ts';

export const newId = () => uuidv7(Date.now(), randomFillSync(new Uint8Array(10)));
