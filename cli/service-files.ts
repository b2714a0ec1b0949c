/** What systemd and launchd are given to start tcxd: templates of this package, filled in. Pure. */

export interface ServiceFacts {
  /** The launcher `bin/tcxd`. */
  readonly tcxd: string;
  readonly socket: string;
  /** Where what tcxd prints before it has a log goes. */
  readonly log: string;
  readonly environment: Readonly<Record<string, string>>;
}

const fill = (template: string, values: Readonly<Record<string, string>>) =>
  template.replaceAll(/@([A-Z]+)@/g, (whole, name: string) => values[name] ?? whole);

/** `%` begins a specifier of systemd's, and quotes and backslashes end and escape a word. */
const unitWord = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
const unitPath = (text: string) => text.replaceAll('%', '%%');

export const systemdUnit = (template: string, { tcxd, socket, environment }: ServiceFacts): string =>
  fill(template, {
    SOCKET: unitPath(socket),
    // In a command line `$` begins a variable.
    TCXD: unitWord(tcxd).replaceAll('$', '$$$$'),
    ENVIRONMENT: Object.entries(environment)
      .map(([name, value]) => `Environment=${unitWord(`${name}=${value}`)}`)
      .join('\n'),
  });

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
const xml = (text: string) => text.replaceAll(/[&<>]/g, (character) => entities[character]!);

export const launchdPlist = (template: string, { tcxd, log, environment }: ServiceFacts): string =>
  fill(template, {
    TCXD: xml(tcxd),
    LOG: xml(log),
    ENVIRONMENT: Object.entries(environment)
      .map(([name, value]) => `\t\t<key>${xml(name)}</key>\n\t\t<string>${xml(value)}</string>`)
      .join('\n'),
  });
