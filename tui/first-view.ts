/** What is on the screen before a daemon was asked anything. */
import { branchOf } from './branch.ts';
import { isFresh } from './first-config.ts';
import type { TuiOptions } from './options.ts';
import { type Size, startView, type View } from './view.ts';

export function firstView(options: TuiOptions, size: Size): View {
  const { opening, inline, cwd, userHome, now, home, settings } = options;
  const fresh =
    opening.kind === 'new' && opening.prompt === undefined && settings.provider === undefined && isFresh(home);
  const screen =
    opening.kind === 'agents' ? 'agents' : opening.kind === 'session' ? 'session' : fresh ? 'first' : 'start';
  const model = settings.provider === 'demo' ? 'demo' : (settings.model ?? '');
  const view = startView({
    size,
    inline,
    screen,
    cwd,
    userHome,
    branch: branchOf(cwd),
    now: now(),
    model,
    spoken: options.screenReader,
  });
  const { statusLine, title, hostname, build } = options;
  return {
    ...view,
    board: { ...view.board, statusLine, title, hostname, build },
    row: -1,
    from: opening.kind === 'agents' ? 'shell' : 'start',
  };
}
