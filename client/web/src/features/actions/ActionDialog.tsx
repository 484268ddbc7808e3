import { Alert, Button, Checkbox, Form, Space } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import { useCatalog } from "../../api/queries";
import type { Action, Saved } from "../../api/types";
import { fieldNamed, kindNamed, labelOf } from "../../catalog/catalog";
import { FieldInput } from "../../catalog/FieldInput";
import { Dialog } from "../../components/Dialog";
import { useLanguage } from "../../i18n/useLanguage";
import { PlanTable } from "./PlanTable";
import { useActionForm } from "./useActionForm";

interface Props {
  readonly action: Action;
  readonly records: readonly string[];
  readonly onClose: () => void;
  readonly onDone: (saved: Saved) => void;
}

/** An action's inputs, what it would do with each record, and the confirmation. */
export function ActionDialog({ action, records, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const language = useLanguage();
  const catalog = useCatalog().data;
  const id = useId();
  const form = useActionForm(action, records, onDone);
  const [accepted, setAccepted] = useState<string>();
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
        <div className="fields">
          {action.inputs.map((input) => {
            const field = fieldNamed(kindNamed(catalog, input.kind), input.field);
            return field === undefined ? null : (
              <Form.Item
                key={input.name}
                layout="vertical"
                label={labelOf(input, language)}
                htmlFor={`${id}-${input.name}`}
                required={input.required}
                {...(input.each && records.length > 1 ? { extra: t("actions.each") } : {})}
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
            <Button onClick={onClose}>{t("form.cancel")}</Button>
          </Space>
        </div>
      </form>
    </Dialog>
  );
}
