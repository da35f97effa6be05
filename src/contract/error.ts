/** Where something was read. Every field is optional; layers count from 0 in image order. */
export interface Where {
  source?: string
  layer?: number
  path?: string
  offset?: number
  line?: number
  column?: number
  key?: string
}

/** Printed on standard output with `--json` when a command fails. */
export interface ErrorDocument {
  schema: 'sealscope.error/1'
  error: { code: string; message: string; where: Where }
}
