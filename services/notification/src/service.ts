import { notification } from '@stoa/contracts/notification/service'
import { deriveChangingKeys } from '@stoa/security'
import { runningSystem } from '@stoa/system/running-system'
import { logTypeOf } from '@stoa/events'
import type { UserId } from '@stoa/contracts/shared/ids'
import { defineService } from '@stoa/service'
import { folderChannel } from './channels/folder.ts'
import { smtpChannel } from './channels/smtp.ts'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { defaultTemplates } from './domain/default-templates.ts'
import { addMissing } from './store/templates.ts'
import { deliver } from './use-cases/deliver.ts'
import { getTemplate, listTemplates, previewTemplate, replaceTemplate } from './use-cases/manage-templates.ts'
import {
  getNotification,
  getPreferences,
  listNotifications,
  replacePreferences,
} from './use-cases/read-notifications.ts'
import {
  getWebhookDelivery,
  listWebhookDeliveries,
  redeliverWebhook,
  skipWebhook,
} from './use-cases/manage-webhook-deliveries.ts'
import {
  createWebhookEndpoint,
  deleteWebhookEndpoint,
  getWebhookEndpoint,
  listWebhookEndpoints,
  patchWebhookEndpoint,
  rotateWebhookSecret,
} from './use-cases/manage-webhook-endpoints.ts'
import { removeOld } from './use-cases/remove-old.ts'
import { sendNotification } from './use-cases/send-notification.ts'
import { reportPaused } from './use-cases/report-paused-webhooks.ts'
import { tendWebhooks } from './use-cases/tend-webhooks.ts'
import { makeWebhooks } from './webhooks/follower.ts'
import { facts, personalData } from './use-cases/notify-on-events.ts'

/** Templates, deliveries, channel preferences: its table of contents. */
export const notificationService = defineService(notification, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, database, telemetry, config: settings, makeTx }): Deps => {
    const { smtpUrl, mailFolder, mailFrom } = settings
    const mail = smtpUrl === undefined ? undefined : smtpChannel(smtpUrl, mailFrom)
    const folder = mailFolder === undefined ? undefined : folderChannel(mailFolder, mailFrom)
    const base = {
      clock,
      newId,
      database,
      logger: telemetry.logger,
      // tokens are issued by the gateway's public address
      publicUrl: settings.authIssuer.replace(/\/+$/, ''),
      mail,
      linkMail: mail ?? folder,
      mailFolder: folder,
      retention: {
        notificationDays: settings.notificationRetentionDays,
        mailFolderDays: settings.mailFolderRetentionDays,
      },
      staffInbox: settings.staffInbox as UserId,
      staffMail: settings.staffMail,
    }
    const { notificationSecret: secret, notificationSecretOther: other, webhookRetentionDays: retentionDays } = settings
    const webhooks = {
      secretKeys: deriveChangingKeys({ secret, other }, 'webhook endpoints'),
      reach: settings.stoaEnv === 'production' ? 'internet' : 'this-machine',
    } as const
    const follower = makeWebhooks({
      ...webhooks,
      clock,
      newId,
      database,
      telemetry,
      makeTx,
      onPaused: (tx, endpoint) => reportPaused(base, tx, endpoint, retentionDays),
    })
    return { ...base, webhooks: { ...webhooks, retentionDays, publishedTypes: publishedTypes(), follower } }
  },
  followers: ({ webhooks }: Deps) => [webhooks.follower],
  onStart: async ({ database, clock }: Deps) =>
    database.transaction((tx) => addMissing(tx, defaultTemplates, clock.now())),
  checks: ({ mail }: Deps) => (mail === undefined ? {} : { mailServer: mail.verify }),
  onStop: async ({ mail }: Deps) => mail?.close(),
  bind: (deps) => ({
    operations: {
      sendNotification: sendNotification(deps),
      getNotification,
      listNotifications,
      getPreferences,
      replacePreferences,
      listTemplates,
      getTemplate,
      replaceTemplate: replaceTemplate(deps),
      previewTemplate,
      createWebhookEndpoint: createWebhookEndpoint(deps),
      listWebhookEndpoints,
      getWebhookEndpoint,
      patchWebhookEndpoint: patchWebhookEndpoint(deps),
      deleteWebhookEndpoint: deleteWebhookEndpoint(deps),
      rotateWebhookSecret: rotateWebhookSecret(deps),
      listWebhookDeliveries,
      getWebhookDelivery,
      redeliverWebhook,
      skipWebhook,
    },
    rpc: {},
    consumes: facts(deps),
    sagas: {},
    tasks: { deliver: deliver(deps), 'remove-old': removeOld(deps), 'tend-webhooks': tendWebhooks(deps) },
    personalData,
  }),
})

/** What the services of this system publish. */
function publishedTypes(): ReadonlySet<string> {
  const contracts = runningSystem.services.flatMap(({ contract }) => contract ?? [])
  return new Set(contracts.flatMap(({ publishes }) => Object.values(publishes).map(logTypeOf)))
}
