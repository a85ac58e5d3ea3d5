/** How to reach Kafka, and how topics are created there. */
export interface KafkaSettings {
  /** `host:port` of some brokers; the others are found through them. */
  readonly brokers: readonly string[]
  /** Before the names of topics and the ids of producers: systems that share a cluster have different ones. */
  readonly prefix?: string
  /** Copies of a new topic; as many as the cluster does by default. */
  readonly replicas?: number
  /** Copies that must have an event before it counts as stored; as the cluster says by default. */
  readonly minInSyncReplicas?: number
  /** Whether connections are encrypted; the certificate of each broker is verified. */
  readonly tls?: boolean
  readonly sasl?: KafkaSasl
}

/** How this client signs in. */
export interface KafkaSasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly username: string
  readonly password: string
}

/** The settings of a service for Kafka, as it reads them. */
export interface KafkaConfig {
  readonly kafkaBrokers?: readonly string[] | undefined
  readonly kafkaTopicPrefix?: string
  readonly kafkaReplicas?: number | undefined
  readonly kafkaMinInSyncReplicas?: number | undefined
  readonly kafkaTls?: boolean
  readonly kafkaSaslMechanism?: KafkaSasl['mechanism']
  readonly kafkaUsername?: string | undefined
  readonly kafkaPassword?: string | undefined
}

/** How to reach Kafka by the settings of a service; undefined if the events are in the database of the log. */
export function kafkaSettingsOf(config: KafkaConfig): KafkaSettings | undefined {
  const { kafkaBrokers: brokers, kafkaTopicPrefix: prefix = '', kafkaTls: tls = false } = config
  const { kafkaReplicas: replicas, kafkaMinInSyncReplicas: minInSyncReplicas } = config
  const {
    kafkaUsername: username,
    kafkaPassword: password = '',
    kafkaSaslMechanism: mechanism = 'SCRAM-SHA-512',
  } = config
  if (brokers === undefined) return undefined
  return {
    brokers,
    prefix,
    tls,
    ...(replicas === undefined ? {} : { replicas }),
    ...(minInSyncReplicas === undefined ? {} : { minInSyncReplicas }),
    ...(username === undefined ? {} : { sasl: { mechanism, username, password } }),
  }
}
