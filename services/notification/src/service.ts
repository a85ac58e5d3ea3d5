import { notification } from '@stoa/contracts/notification/service'
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
import { removeOld } from './use-cases/remove-old.ts'
import { sendNotification } from './use-cases/send-notification.ts'
import { facts, personalData } from './use-cases/notify-on-events.ts'

/** Templates, deliveries, channel preferences: its table of contents. */
export const notificationService = defineService(notification, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, database, telemetry, config: settings }): Deps => {
    const { smtpUrl, mailFolder, mailFrom } = settings
    const mail = smtpUrl === undefined ? undefined : smtpChannel(smtpUrl, mailFrom)
    const folder = mailFolder === undefined ? undefined : folderChannel(mailFolder, mailFrom)
    return {
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
  },
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
    },
    rpc: {},
    consumes: facts(deps),
    sagas: {},
    tasks: { deliver: deliver(deps), 'remove-old': removeOld(deps) },
    personalData,
  }),
})
