/** What `import { connect } from 'tcx'` gives: a client of the daemon, as TUI and CLI use it. */
export type { Row } from '../core/rows.ts';
export { Client, ClientError } from './client.ts';
export type { Approval, Attached, Push, SessionInfo, SessionView } from './messages.ts';
export { connect } from './start.ts';
