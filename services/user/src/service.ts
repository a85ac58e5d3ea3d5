import { user } from '@stoa/contracts/user/service'
import { createPasswords, deriveChangingKeys } from '@stoa/security'
import { defineService } from '@stoa/service'
import { config } from './config.ts'
import type { Deps } from './deps.ts'
import { relyingPartyOf } from './domain/relying-party.ts'
import { addPasskey, beginPasskey } from './use-cases/add-passkey.ts'
import { authenticate, authenticateAtAuth, login, verifyOneTimeCode, verifyPassword } from './use-cases/authenticate.ts'
import { changePassword } from './use-cases/change-password.ts'
import { patchProfile, replaceProfile, setTier } from './use-cases/change-profile.ts'
import { endSessionsTask, findSessionsToEnd } from './use-cases/end-sessions.ts'
import { deleteUser, personalData } from './use-cases/erase-user.ts'
import { givePoints, takePointsBack } from './use-cases/give-points.ts'
import {
  addAddress,
  getAddress,
  listOwnAddresses,
  removeAddress,
  replaceAddress,
} from './use-cases/manage-addresses.ts'
import { listPasskeys, removePasskey, renamePasskey } from './use-cases/manage-passkeys.ts'
import { getPreferences, replacePreferences } from './use-cases/manage-preferences.ts'
import {
  disableSecondFactor,
  enableSecondFactor,
  getSecondFactor,
  resetSecondFactor,
  verifySecondFactor,
} from './use-cases/manage-second-factor.ts'
import { beginPasskeySignIn, verifyPasskey } from './use-cases/passkey-sign-in.ts'
import {
  getClaims,
  getContact,
  getUser,
  listAllUsers,
  listAuthentications,
  searchUsers,
  snapshotUsers,
} from './use-cases/read-users.ts'
import {
  announceLink,
  forgotPassword,
  issueLinkToken,
  requestEmailVerification,
  verifyEmail,
} from './use-cases/mail-links.ts'
import { createGuest, registerUser } from './use-cases/register-user.ts'
import { removeGuests } from './use-cases/remove-guests.ts'
import { resetPassword } from './use-cases/reset-password.ts'
import { forgetOldSignIns, unlockUser } from './use-cases/unlock-user.ts'

/** Accounts, profiles, preferences: its table of contents. */
export const userService = defineService(user, {
  config,
  migrations: new URL('../migrations/', import.meta.url),
  deps: ({ clock, newId, audit, config }): Deps => ({
    clock,
    newId,
    audit,
    passwords: createPasswords(),
    secretKeys: deriveChangingKeys({ secret: config.userSecret, other: config.userSecretOther }, 'second factors'),
    relyingParty: relyingPartyOf(config),
    retention: { guestDays: config.guestRetentionDays, signInDays: config.signInRetentionDays },
  }),
  bind: (deps) => ({
    operations: {
      registerUser: registerUser(deps),
      createGuest: createGuest(deps),
      authenticate: authenticate(deps),
      login: login(deps),
      authenticateAtAuth: authenticateAtAuth(deps),
      listUsers: listAllUsers(deps),
      searchUsers: searchUsers(deps),
      getUser: getUser(deps),
      replaceProfile: replaceProfile(deps),
      patchProfile: patchProfile(deps),
      getPreferences,
      replacePreferences: replacePreferences(deps),
      deleteUser: deleteUser(deps),
      setTier: setTier(deps),
      changePassword: changePassword(deps),
      unlockUser: unlockUser(deps),
      forgotPassword: forgotPassword(deps),
      resetPassword: resetPassword(deps),
      requestEmailVerification: requestEmailVerification(deps),
      verifyEmail: verifyEmail(deps),
      listAuthentications,
      getSecondFactor: getSecondFactor(deps),
      enableSecondFactor: enableSecondFactor(deps),
      verifySecondFactor: verifySecondFactor(deps),
      disableSecondFactor: disableSecondFactor(deps),
      resetSecondFactor: resetSecondFactor(deps),
      listPasskeys,
      beginPasskey: beginPasskey(deps),
      addPasskey: addPasskey(deps),
      renamePasskey,
      removePasskey: removePasskey(deps),
      listAddresses: listOwnAddresses,
      addAddress: addAddress(deps),
      getAddress,
      replaceAddress: replaceAddress(deps),
      deleteAddress: removeAddress(deps),
    },
    rpc: {
      getContact: getContact(deps),
      verifyPassword: verifyPassword(deps),
      verifyOneTimeCode: verifyOneTimeCode(deps),
      beginPasskeySignIn: beginPasskeySignIn(deps),
      verifyPasskey: verifyPasskey(deps),
      getClaims: getClaims(deps),
      issueLinkToken: issueLinkToken(deps),
      snapshotUsers: snapshotUsers(deps),
    },
    consumes: { orderCompleted: givePoints(deps), orderReturned: takePointsBack(deps) },
    sagas: {},
    tasks: {
      'end-sessions': endSessionsTask,
      'find-sessions-to-end': findSessionsToEnd(deps),
      'announce-link': announceLink(deps),
      'forget-old-sign-ins': forgetOldSignIns(deps),
      'remove-guests': removeGuests(deps),
    },
    personalData: personalData(deps),
  }),
})
