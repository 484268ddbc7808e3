import { Alert, Empty, Space, Spin, Timeline } from "antd";
import { useTranslation } from "react-i18next";

import { useHistory } from "../../api/queries";
import type { HistoryField, HistoryStep, OwnStep } from "../../api/types";
import { Mark } from "../../components/Mark";
import { secondText } from "../../i18n/moments";
import { GroupVerdict } from "../sync/GroupVerdict";
import { UndoButton } from "./UndoButton";

function Fields({ fields }: { readonly fields: readonly HistoryField[] }) {
  const { t } = useTranslation();
  return (
    <>
      {fields.map((field) => (
        <div key={field.field}>
          {field.label}: {field.before || t("form.empty")} →{" "}
          <strong>{field.after || t("form.empty")}</strong>
        </div>
      ))}
    </>
  );
}

function Own({ step }: { readonly step: OwnStep }) {
  const { t } = useTranslation();
  return (
    <Space direction="vertical" size={2}>
      <Space wrap>
        <strong>{secondText(step.at)}</strong>
        {t("history.here")} · {step.action_text}
        <Mark tone="wait">{step.stage_text}</Mark>
        <UndoButton group={step} />
      </Space>
      <Fields fields={step.fields} />
      <GroupVerdict group={step} />
    </Space>
  );
}

function Told({ step }: { readonly step: HistoryStep }) {
  const { t } = useTranslation();
  return (
    <Space direction="vertical" size={2}>
      <Space wrap>
        <strong>{secondText(step.at)}</strong>
        {step.account} · {step.device} · {step.action_text}
        <Mark tone="good">{t(`history.${step.step}`, { defaultValue: step.step })}</Mark>
        {step.decision !== undefined && <UndoButton group={step.decision} />}
      </Space>
      <Fields fields={step.fields} />
      {step.decision !== undefined && <GroupVerdict group={step.decision} />}
    </Space>
  );
}

/** Who changed what, when and from where, what was and what is, and what the server decided. */
export function HistoryTab({ kind, id }: { readonly kind: string; readonly id: string }) {
  const { t } = useTranslation();
  const history = useHistory(kind, id);
  if (history.isError) {
    return <Alert type="error" showIcon message={history.error.message} />;
  }
  if (history.data === undefined) {
    return <Spin />;
  }
  const { waiting, steps } = history.data;
  return waiting.length + steps.length === 0 ? (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t("history.empty")} />
  ) : (
    <Timeline
      items={[
        ...waiting.map((step) => ({
          key: `own-${String(step.sequence)}`,
          color: "gray",
          children: <Own step={step} />,
        })),
        ...steps.map((step) => ({
          key: `told-${String(step.log_index)}`,
          color: "green",
          children: <Told step={step} />,
        })),
      ]}
    />
  );
}
