import { Button, Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type ReactNode, type SubmitEvent } from 'react'
import { shownError } from '../api/problem.ts'
import { ActionFields, initialValues, missingOf, type ActionField, type FieldValues } from './ActionFields.tsx'

/** An action with its effect in words, which the dialog shows before it is done. */
export interface Action {
  /** Verb and object: the button. */
  readonly label: string
  readonly effect: ReactNode
  /** What the account enters before. */
  readonly fields?: readonly ActionField[]
  readonly isDangerous?: boolean
  readonly run: (values: FieldValues) => Promise<unknown>
}

interface ActionDialogProps {
  readonly action: Action | undefined
  readonly onClose: () => void
}

/** Says what an action will do, then does it; everything on the page is read again afterwards. */
export function ActionDialog({ action, onClose }: ActionDialogProps) {
  return (
    <Modal opened={action !== undefined} onClose={onClose} title={action?.label} radius="var(--radius-dialog)">
      {/* mounted anew for each action, so that no entry and no error of an earlier one is left */}
      {action && <ActionForm action={action} onClose={onClose} />}
    </Modal>
  )
}

function ActionForm({ action, onClose }: { readonly action: Action; readonly onClose: () => void }) {
  const { label, effect, fields = [], isDangerous = false } = action
  const queries = useQueryClient()
  const [values, setValues] = useState(() => initialValues(fields))
  const [isTried, setIsTried] = useState(false)
  const doing = useMutation({
    mutationFn: () => action.run(values),
    onSuccess: async () => {
      await queries.invalidateQueries()
      onClose()
    },
  })
  const missing = missingOf(fields, values)
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    setIsTried(true)
    if (missing.length === 0 && !doing.isPending) doing.mutate()
  }
  const failed = doing.error === null ? undefined : shownError(doing.error)
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <div>{effect}</div>
      <ActionFields
        fields={fields}
        values={values}
        missing={isTried ? missing : []}
        onChange={(name, value) => setValues((before) => ({ ...before, [name]: value }))}
      />
      {failed && (
        <p role="alert">
          ◆ {failed.title}. {failed.detail}
        </p>
      )}
      <div className="row" style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button type="submit" color={isDangerous ? 'red' : 'blue'} loading={doing.isPending}>
          {label}
        </Button>
      </div>
    </form>
  )
}
