export {
  chainStart,
  checkChain,
  hashOfLink,
  linkObjects,
  type ChainFault,
  type ChainHead,
  type ChainLink,
} from './audit-chain.ts'
export { createBoundedCache, type BoundedCache } from './bounded-cache.ts'
export {
  decryptWithAny,
  deriveChangingKeys,
  encryptWithFirst,
  type ChangingKeys,
  type Decrypted,
} from './changing-keys.ts'
export { audienceOf, PUBLIC_AUDIENCE, resourceOf, type Claims } from './claims.ts'
export { API_KEY_PREFIX, createApiKeyExchange, type ExchangeApiKey } from './api-key-tokens.ts'
export { boundKeyOf, createProofVerifier, PROOF_ALGORITHMS, type PresentedProof, type ProofVerifier } from './dpop.ts'
export { fetchKeys, type LoadKeys } from './key-set.ts'
export { createPasswords, type PasswordCost, type Passwords } from './passwords.ts'
export {
  anonymous,
  createPrincipals,
  grantedPermissions,
  principalOf,
  type AccessTable,
  type Principal,
} from './principal.ts'
export {
  decryptText,
  deriveKey,
  encryptText,
  equalsInConstantTime,
  fingerprint,
  openSignedValue,
  randomSecret,
  registryTokenOf,
  signValue,
} from './secrets.ts'
export { createServiceTokens, type ServiceTokens } from './service-tokens.ts'
export { createTokenVerifier, type TokenVerifier } from './token-verifier.ts'
export { makeTotpSecret, toBase32, totpCode, totpStepAt, totpUri } from './totp.ts'
export {
  isRenewalDue,
  issueCertificate,
  longestCertificateMs,
  makeAuthority,
  maySign,
  type KeyedCertificate,
} from './mesh/certificates.ts'
export { meshPart, openMesh, type Mesh, type MeshCredentials } from './mesh/mesh.ts'
export { serviceOf, spiffeId } from './mesh/service-identity.ts'
export { postWebhook, type Webhook, type WebhookResponse } from './webhooks/post-webhook.ts'
export { isLoopbackAddress, isPublicAddress, mayReach, type Reach } from './webhooks/public-addresses.ts'
export {
  makeWebhookSecret,
  signWebhook,
  verifiedWebhookId,
  webhookToleranceSeconds,
  type SignedWebhook,
} from './webhooks/signature.ts'
export { liveAccess, type AddedPermission, type LiveAccess } from './live-access.ts'
