/** Every wire a provider may name. */
import { createChat } from './chat.ts';
import { createDemo, type DemoDeps } from './demo.ts';
import type { HttpDeps } from './http.ts';
import { createMessages } from './messages.ts';
import type { Provider, Wire } from './provider.ts';
import { createResponses } from './responses.ts';

export const createWires = (deps: HttpDeps & DemoDeps): Readonly<Record<Provider['wire'], Wire>> => ({
  responses: createResponses(deps),
  messages: createMessages(deps),
  chat: createChat(deps),
  demo: createDemo(deps),
});
