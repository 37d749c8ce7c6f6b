/**
 * Why a declaration is no operation, and where. Codes are those of the specification
 * (promotion-gate-and-ops-governor 9.3, 9.10), the operand after the colon; what it leaves open has
 * codes in the same form.
 */
export type FaultCode =
  | 'declaration_unreadable'
  | 'declaration_missing_field'
  | 'declaration_malformed'
  | 'declaration_expired'
  | 'placeholder_unresolved'
  | 'template_unreadable'
  | 'template_malformed'
  | 'parameter_missing'
  | 'parameter_unknown'
  | 'parameter_repeated'
  | 'parameter_invalid'
  | 'risk_class_invalid'
  | 'env_not_permitted'
  | 'trading_not_reduced'
  | 'path_not_absolute'
  | 'path_too_broad'
  | 'path_forbidden'
  | 'path_symlink_escape'
  | 'path_hard_linked'
  | 'path_not_a_file'
  | 'path_out_of_scope'
  | 'service_invalid'
  | 'service_forbidden'
  | 'service_out_of_scope'
  | 'port_forbidden'
  | 'command_forbidden'
  | 'command_not_declared'
  | 'step_exceeds_risk_class'
  | 'step_out_of_scope'
  | 'step_missing_verification'
  | 'step_missing_rollback'
  | 'rollback_out_of_scope'
  | 'gate_missing'
  | 'unit_unreadable'
  | 'unit_program_changed'
  | 'unit_program_forbidden'
  | 'unit_user_changed'
  | 'unit_environment_changed'
  | 'unit_setting_changed';

export interface Fault {
  readonly code: FaultCode;
  /** The field, path, service or step it is about; what follows the code after a colon. */
  readonly operand: string;
  /** JSON pointer into the declaration; empty for the whole of it. */
  readonly place: string;
  /** One sentence: what is wrong and what would be right. */
  readonly message: string;
}

/** `path_forbidden:/etc/shadow`, as the specification writes it. */
export function faultName({ code, operand }: Fault): string {
  return operand === '' ? code : `${code}:${operand}`;
}
