/** The durable machines by name: what drive steps, in both hosts. */
import { callMachine, callVersion } from './call.ts';
import { commandMachine, commandVersion } from './command.ts';
import type { Machines } from './drive.ts';
import { sessionMachine, sessionVersion } from './session.ts';
import { wakeMachine, wakeVersion } from './wake.ts';

export const machines: Machines = {
  session: { machine: sessionMachine, version: sessionVersion },
  call: { machine: callMachine, version: callVersion },
  command: { machine: commandMachine, version: commandVersion },
  wake: { machine: wakeMachine, version: wakeVersion },
};
