import { otpWrongRefusal, type CodeCheck } from './check-code.ts'
import { lockedRefusal } from './check-password.ts'

/** The refusal of a sign-in whose password was right, for its one-time code. */
export function codeRefusal(second: Exclude<CodeCheck, { readonly kind: 'settled' }>) {
  switch (second.kind) {
    case 'locked':
      return lockedRefusal(second)
    case 'code required':
      return codeRequired
    case 'code wrong':
      return otpWrongRefusal()
    case 'code unexpected':
      return {
        code: 'user.otp_unexpected',
        detail: 'The account has no second factor, so a one-time code is not accepted.',
        fields: [{ pointer: '/otp', detail: 'cannot be checked: the account has no second factor' }],
      } as const
  }
}

/** The refusal of a password that is not enough. */
export const codeRequired = {
  code: 'user.otp_required',
  detail: 'The account has a second factor: send the code of the authenticator app, or a recovery code, as `otp`.',
} as const
