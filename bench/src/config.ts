import { homedir } from 'node:os'
import { join } from 'node:path'

/** The environment that systems under test inherit. */
export function benchEnvironment(): Record<string, string | undefined> {
  return { ...process.env }
}

/** The folder of the jars of Kafka, if a bench is to run it. */
export function kafkaJars(): string | undefined {
  return process.env['KAFKA_JARS'] || undefined
}

/** Where peers are installed, once for each version: outside the repository. */
export function peersFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'stoa-bench')
}
