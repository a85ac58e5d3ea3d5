/** The folder of Kafka's jars, if these tests are to run with a broker. */
export function kafkaJars(): string {
  return process.env['KAFKA_JARS'] ?? ''
}

/** The environment of a process that a test starts. */
export function environmentWith(settings: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...settings }
}
