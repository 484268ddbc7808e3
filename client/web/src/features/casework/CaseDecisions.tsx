import { Alert, Button, Space } from "antd";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api, type CaseWish, type ChangeWish } from "../../api/operations";
import { useRefresh } from "../../api/queries";
import type { CaseForm } from "../../api/types";
import { useLanguage } from "../../i18n/useLanguage";
import { AmendForm } from "./AmendForm";
import { openCases } from "./caseStates";
import { RemarkForm } from "./RemarkForm";
import { useMayDecide } from "./useMayDecide";

type Step = "return" | "discard" | "amend";

/** Accept, amend, return with a remark, discard with a reason. */
export function CaseDecisions({ of }: { readonly of: CaseForm }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const refresh = useRefresh();
  const [step, setStep] = useState<Step>();
  const decide = useMutation({
    mutationFn: (wish: CaseWish) => api.decideCase(of.number, wish, language),
    onSuccess: () => {
      setStep(undefined);
      refresh();
    },
  });
  const mayDecide = useMayDecide();
  if (!openCases.has(of.state)) {
    return null;
  }
  if (!mayDecide) {
    return <span>{t("cases.above")}</span>;
  }
  const cancel = () => {
    setStep(undefined);
    decide.reset();
  };
  return (
    <Space direction="vertical" size="small" style={{ width: "100%" }}>
      {decide.isError && (
        <Alert type="error" showIcon role="alert" message={decide.error.message} />
      )}
      {step === undefined && (
        <Space wrap>
          <Button
            type="primary"
            loading={decide.isPending}
            onClick={() => {
              decide.mutate({ decision: "accept" });
            }}
          >
            {t("cases.accept")}
          </Button>
          <Button
            disabled={of.content === undefined}
            onClick={() => {
              setStep("amend");
            }}
          >
            {t("cases.amend")}
          </Button>
          <Button
            onClick={() => {
              setStep("return");
            }}
          >
            {t("cases.return")}
          </Button>
          <Button
            danger
            onClick={() => {
              setStep("discard");
            }}
          >
            {t("cases.discard")}
          </Button>
        </Space>
      )}
      {step === "amend" && of.content !== undefined && (
        <AmendForm
          content={of.content}
          isSending={decide.isPending}
          onAmend={(changes: readonly ChangeWish[], remark: string) => {
            decide.mutate({ decision: "amend", changes, remark });
          }}
          onCancel={cancel}
        />
      )}
      {(step === "return" || step === "discard") && (
        <RemarkForm
          label={t(step === "return" ? "cases.remark" : "cases.reason")}
          action={t(`cases.${step}`)}
          isSending={decide.isPending}
          onRemark={(remark) => {
            decide.mutate({ decision: step, remark });
          }}
          onCancel={cancel}
        />
      )}
    </Space>
  );
}
