/** The facts a bug report needs, each as a check with at most one remedy. Secrets are never in them. */
import type { Check } from '../ipc/messages.ts';
import { check, type DoctorDeps } from './doctor/check.ts';
import * as home from './doctor/home.ts';
import * as machine from './doctor/machine.ts';
import * as network from './doctor/network.ts';

/** Every check, by the id that scripts know it by. */
export const runDoctor = (deps: DoctorDeps): Promise<readonly Check[]> =>
  Promise.all([
    check('runtime.provenance', 'installation', () => machine.provenance(deps)),
    check('runtime.search', 'tools', () =>
      machine.program(deps, 'rg', 'grep_files searches without it, more slowly', 'install ripgrep'),
    ),
    check('git.environment', 'tools', () =>
      machine.program(deps, 'git', 'repositories are not recognised', 'install git'),
    ),
    check('sandbox.helpers', 'sandbox', () => machine.sandbox(deps)),
    check('system.disk', 'system', () => machine.disk(deps)),
    check('system.environment', 'system', () => machine.limits()),
    check('config.load', 'config', () => home.config(deps)),
    check('auth.credentials', 'auth', () => home.credentials(deps)),
    check('network.env', 'network', () => network.environment(deps)),
    check('network.provider_reachability', 'network', () => network.reachability(deps)),
    check('state.paths', 'state', () => home.paths(deps)),
    check('state.index_parity', 'state', () => home.parity(deps)),
    check('state.journal', 'state', () => home.journal(deps)),
    check('daemon.status', 'daemon', () => home.status(deps)),
    check('daemon.socket', 'daemon', () => home.socket(deps)),
    check('daemon.holder', 'daemon', () => home.holders(deps)),
    check('daemon.service', 'daemon', () => machine.service(deps)),
  ]);
