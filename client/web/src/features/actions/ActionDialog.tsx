import { Alert, Button, Checkbox, Form, Space } from "antd";
import type { TFunction } from "i18next";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { useCatalog } from "../../api/queries";
import type { Action, ActionInput, Finding, Plan, Saved } from "../../api/types";
import { fieldNamed, kindNamed, labelOf } from "../../catalog/catalog";
import { FieldInput } from "../../catalog/FieldInput";
import { Dialog } from "../../components/Dialog";
import { Findings, stops } from "../../components/Findings";
import { useLanguage } from "../../i18n/useLanguage";
import { PlanTable } from "./PlanTable";
import { filledBy, useActionForm } from "./useActionForm";

interface Props {
  readonly action: Action;
  readonly records: readonly string[];
  readonly onClose: () => void;
  readonly onDone: (saved: Saved) => void;
}

/** What the rules say of one input, where it is given for one record alone. */
function aboutInput(
  plan: Plan | undefined,
  input: ActionInput,
  value: string | undefined,
): readonly Finding[] {
  const [record, another] = plan?.records ?? [];
  return record === undefined || another !== undefined || (value ?? "") === ""
    ? []
    : record.findings.filter((finding) => finding.field === input.field);
}

/** What an input is for, where its label does not say it. */
function hint(input: ActionInput, count: number, t: TFunction): string | undefined {
  const filled = filledBy(input);
  if (filled !== undefined) {
    return t(`actions.filled.${filled}`);
  }
  return input.each && count > 1 ? t("actions.each") : undefined;
}

/** An action's inputs, what it would do with each record, and the confirmation. */
export function ActionDialog({ action, records, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const catalog = useCatalog().data;
  const id = useId();
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const form = useActionForm(action, records, leftOut, onDone);
  const stopped = (form.plan?.records ?? []).filter((record) => record.findings.some(stops));
  const planned = form.plan?.records.length ?? 0;
  const canLeaveOut = form.isCurrent && stopped.length > 0 && stopped.length < planned;
  const [accepted, setAccepted] = useState<string>();
  // What stood in it when it was opened was typed another time.
  const [isLeft] = useState(form.hasDraft);
  const warnings = form.plan?.warnings ?? [];
  // Another warning than those that were accepted asks anew.
  const areAccepted = warnings.length === 0 || accepted === warnings.join(" ");
  return (
    <Dialog title={labelOf(action, language)} onClose={onClose} isWide>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (form.isCurrent && form.plan?.refused === false && areAccepted) {
            form.perform();
          }
        }}
      >
        {isLeft && form.hasDraft && (
          <Alert type="info" showIcon message={t("form.draft")} style={{ marginBottom: 12 }} />
        )}
        <div className="fields">
          {action.inputs.map((input) => {
            const field = fieldNamed(kindNamed(catalog, input.kind), input.field);
            const about = aboutInput(form.plan, input, form.inputs[input.name]);
            return field === undefined ? null : (
              <Form.Item
                key={input.name}
                layout="vertical"
                label={labelOf(input, language)}
                htmlFor={`${id}-${input.name}`}
                required={input.required && filledBy(input) === undefined}
                extra={hint(input, records.length, t)}
                {...(about.length === 0
                  ? {}
                  : {
                      validateStatus: about.some(stops) ? "error" : "warning",
                      help: <Findings findings={about} />,
                    })}
              >
                <FieldInput
                  field={field}
                  id={`${id}-${input.name}`}
                  value={form.inputs[input.name]}
                  onChange={(value) => {
                    form.type(input.name, value);
                  }}
                />
              </Form.Item>
            );
          })}
        </div>
        {form.error !== null && (
          <Alert
            type="error"
            showIcon
            role="alert"
            message={form.error.message}
            style={{ marginBottom: 12 }}
          />
        )}
        {form.plan !== undefined && (
          <PlanTable
            plan={form.plan}
            action={action}
            each={form.each}
            onType={form.typeFor}
          />
        )}
        <div className="dialog-foot">
          {warnings.length > 0 && (
            <Checkbox
              checked={areAccepted}
              onChange={(event) => {
                setAccepted(event.target.checked ? warnings.join(" ") : undefined);
              }}
            >
              {t("actions.accept")}
            </Checkbox>
          )}
          <Space>
            <Button
              type="primary"
              htmlType="submit"
              loading={form.isDoing}
              disabled={!form.isCurrent || form.plan?.refused !== false || !areAccepted}
            >
              {t("actions.confirm", { name: labelOf(action, language) })}
            </Button>
            {canLeaveOut && (
              <Button
                onClick={() => {
                  setLeftOut(new Set([...leftOut, ...stopped.map((record) => record.record)]));
                }}
              >
                {t("actions.leaveOut", { count: stopped.length })}
              </Button>
            )}
            <Button
              onClick={() => {
                form.discard();
                onClose();
              }}
            >
              {t("form.cancel")}
            </Button>
          </Space>
        </div>
      </form>
    </Dialog>
  );
}
