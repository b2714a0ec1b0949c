/** Checks of the way to the provider: what the environment says about it, and whether somebody answers there. */
import { amiss, type DoctorDeps, type Found, ok } from './check.ts';

const proxies = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'no_proxy',
];
const certificates = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'];
const reachMs = 5000;

export async function environment({ env }: DoctorDeps): Promise<Found> {
  const details = Object.fromEntries(
    [...proxies, ...certificates].flatMap((name) => (env[name] ? [[name, withoutSecrets(env[name])]] : [])),
  );
  const names = Object.keys(details);
  return ok(names.length === 0 ? 'no proxy and no certificates of its own' : `set: ${names.join(', ')}`, details);
}

/** A proxy's address may hold a name and a password. */
const withoutSecrets = (value: string) => value.replaceAll(/\/\/[^@/\s]*@/g, '//[hidden]@');

/** Any answer is one, a refusal too: this asks for no model and sends no key. */
export async function reachability({ access, client }: DoctorDeps): Promise<Found> {
  const outlook = await access.outlook(client);
  const plan = outlook.ok ? outlook.plan : undefined;
  if (!plan) return ok('no provider is configured, so none was tried');
  if (plan.baseUrl === '') return ok(`${plan.id} needs no network`);
  const { origin } = new URL(plan.baseUrl);
  try {
    const { status } = await fetch(origin, {
      method: 'HEAD',
      redirect: 'manual',
      signal: AbortSignal.timeout(reachMs),
    });
    return ok(`${origin} answers`, { provider: plan.id, status: String(status) });
  } catch (error) {
    const { cause, message } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    return amiss('fail', `${origin} does not answer: ${why}`, 'look at the network, the proxy and base_url', {
      provider: plan.id,
    });
  }
}
