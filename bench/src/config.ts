import { homedir } from 'node:os'
import { join } from 'node:path'

/** The environment that systems under test inherit. */
export function benchEnvironment(): Record<string, string | undefined> {
  return { ...process.env }
}

/** Where peers are installed, once for each version: outside the repository. */
export function peersFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'stoa-bench')
}
