import { Alert, Button, Form, Segmented, Space } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Field, Fields, Finding, Kind } from "../../api/types";
import { labelOf } from "../../catalog/catalog";
import { FieldInput } from "../../catalog/FieldInput";
import { sectionsOf } from "../../catalog/sections";
import { Findings, stops } from "../../components/Findings";
import { useLanguage } from "../../i18n/useLanguage";
import { findingsByField, neededFields } from "./formFields";

interface Props {
  readonly kind: Kind;
  /** Those that can be asked for. */
  readonly fields: readonly Field[];
  readonly values: Fields;
  readonly findings: readonly Finding[];
  readonly isNew: boolean;
  readonly isSaving: boolean;
  readonly onType: (field: Field, value: string) => void;
  readonly onSave: () => void;
  readonly onCancel: () => void;
}

/** The fields that are asked for: all, or those a record needs, and whatever a finding is about. */
function shownFields(
  fields: readonly Field[],
  all: boolean,
  findings: readonly Finding[],
): readonly Field[] {
  const needed = neededFields(fields);
  return all || needed.length === 0
    ? fields
    : fields.filter(
        (field) =>
          needed.includes(field) || findings.some((finding) => finding.field === field.name),
      );
}

/** A form made from the catalog. Enter saves; what is refused is said beside its field. */
export function RecordForm(props: Props) {
  const { kind, values, findings } = props;
  const { t } = useTranslation();
  const language = useLanguage();
  const id = useId();
  const [all, setAll] = useState(!props.isNew);
  const fields = shownFields(props.fields, all, findings);
  const needed = neededFields(props.fields).length;
  const isChoice = needed > 0 && needed < props.fields.length;
  const found = findingsByField(findings, fields);
  const general = found.get("") ?? [];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        props.onSave();
      }}
      noValidate
    >
      <Form component={false}>
        {isChoice && (
          <Segmented
            style={{ marginBottom: 12 }}
            options={[
              { value: "needed", label: t("form.needed") },
              { value: "all", label: t("form.all") },
            ]}
            value={all ? "all" : "needed"}
            onChange={(choice) => {
              setAll(choice === "all");
            }}
          />
        )}
        {general.length > 0 && (
          <Alert
            type={general.some(stops) ? "error" : "warning"}
            message={<Findings findings={general} />}
            style={{ marginBottom: 12 }}
          />
        )}
        {sectionsOf(kind, fields).map((section) => (
          <section key={section.key}>
            {section.label !== undefined && (
              <h3 className="section-title">{section.label[language]}</h3>
            )}
            <div className="fields">
              {section.fields.map((field) => {
                const about = found.get(field.name) ?? [];
                return (
                  <Form.Item
                    key={field.name}
                    layout="vertical"
                    className={field.type === "note" ? "wide" : ""}
                    label={labelOf(field, language)}
                    htmlFor={`${id}-${field.name}`}
                    required={field.required === "yes"}
                    {...(about.length === 0
                      ? {}
                      : {
                          validateStatus: about.some(stops) ? "error" : "warning",
                          help: <Findings findings={about} />,
                        })}
                  >
                    <FieldInput
                      field={field}
                      id={`${id}-${field.name}`}
                      value={values[field.name]}
                      onChange={(value) => {
                        props.onType(field, value);
                      }}
                    />
                  </Form.Item>
                );
              })}
            </div>
          </section>
        ))}
        <Space>
          <Button type="primary" htmlType="submit" loading={props.isSaving}>
            {t("form.save")}
          </Button>
          <Button onClick={props.onCancel}>{t("form.discard")}</Button>
        </Space>
      </Form>
    </form>
  );
}
