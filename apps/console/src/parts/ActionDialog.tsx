import { Button, Modal } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { shownError } from '../api/problem.ts'

/** An action with its effect in words, which the dialog shows before it is done. */
export interface Action {
  /** Verb and object: the button. */
  readonly label: string
  readonly effect: ReactNode
  readonly isDangerous?: boolean
  readonly run: () => Promise<unknown>
}

interface ActionDialogProps {
  readonly action: Action | undefined
  readonly onClose: () => void
}

/** Says what an action will do, then does it; everything on the page is read again afterwards. */
export function ActionDialog({ action, onClose }: ActionDialogProps) {
  const queries = useQueryClient()
  const doing = useMutation({
    mutationFn: async () => action?.run(),
    onSuccess: async () => {
      await queries.invalidateQueries()
      onClose()
    },
  })
  const close = () => {
    doing.reset()
    onClose()
  }
  const failed = doing.error === null ? undefined : shownError(doing.error)
  return (
    <Modal opened={action !== undefined} onClose={close} title={action?.label} radius="var(--radius-dialog)">
      <div className="stack">
        <div>{action?.effect}</div>
        {failed && (
          <p role="alert">
            ◆ {failed.title}. {failed.detail}
          </p>
        )}
        <div className="row" style={{ justifyContent: 'flex-end' }}>
          <Button variant="default" onClick={close}>
            Cancel
          </Button>
          <Button
            color={action?.isDangerous === true ? 'red' : 'blue'}
            loading={doing.isPending}
            onClick={() => doing.mutate()}
          >
            {action?.label}
          </Button>
        </div>
      </div>
    </Modal>
  )
}
