import { createHash } from 'node:crypto'
import { StartError } from '@stoa/kernel'

/** A receiver of alerts. */
export interface WebhookTarget {
  /** Names it in tasks: its URL can contain a secret. */
  readonly id: string
  readonly url: string
}

/** Where alerts are sent. */
export interface AlertWebhooks {
  readonly targets: readonly WebhookTarget[]
  readonly secret: string
  readonly mayBePrivate: boolean
}

/** Reads the receivers of alerts. @throws StartError */
export function readWebhooks(
  urls: readonly string[],
  secret: string | undefined,
  mayBePrivate: boolean,
): AlertWebhooks {
  if (urls.length > 0 && secret === undefined) throw new StartError('ALERT_WEBHOOKS requires ALERT_WEBHOOK_SECRET')
  const targets = urls.map((url, at) => {
    if (!URL.canParse(url)) throw new StartError(`entry ${at + 1} of ALERT_WEBHOOKS is not a URL`)
    return { id: createHash('sha256').update(url).digest('hex').slice(0, 16), url }
  })
  return { targets, secret: secret ?? '', mayBePrivate }
}
