/** What `import { connect } from 'tcx'` gives: a client of the daemon, as TUI and CLI use it. */
export type { Row } from '../core/rows.ts';
export { Client } from './client.ts';
export { ClientError } from './client-error.ts';
export type { Approval, Attached, Push, SessionInfo, SessionView } from './messages.ts';
export { connect } from './start.ts';
