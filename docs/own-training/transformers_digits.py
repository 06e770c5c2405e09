# A Hugging Face Trainer that stops after each epoch; its own checkpoints, in the trial's folder, are the state.
import caviar
import torch
from caviar_plugins import Log, Uniform
from sklearn.datasets import load_digits
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainerCallback, TrainingArguments

images, labels = load_digits(return_X_y=True)
tokens = torch.tensor(images).long()
rows = [{"input_ids": each, "labels": int(label)} for each, label in zip(tokens, labels, strict=True)]


class StopAfterEpoch(TrainerCallback):
    def on_epoch_end(self, args, state, control, **others):
        control.should_training_stop = True


def accuracy(prediction):
    return {"accuracy": (prediction.predictions.argmax(1) == prediction.label_ids).mean()}


@caviar.trial(metric="accuracy", goal="maximize", epochs=9)
def train(learning_rate=Log(1e-4, 1e-2), weight_decay=Uniform(0.0, 0.1), epochs=9, *, seed, folder, state=None):
    arguments = TrainingArguments(
        output_dir=str(folder),
        learning_rate=learning_rate,
        weight_decay=weight_decay,
        num_train_epochs=epochs,
        per_device_train_batch_size=32,
        save_strategy="epoch",
        seed=seed,
        report_to="none",
        disable_tqdm=True,
    )

    def model():
        size = {"hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
        return BertForSequenceClassification(BertConfig(vocab_size=17, num_labels=10, **size))

    trainer = Trainer(
        None,
        arguments,
        train_dataset=rows[:1400],
        eval_dataset=rows[1400:],
        model_init=model,
        compute_metrics=accuracy,
        callbacks=[StopAfterEpoch],
    )
    steps = state or 0
    while True:
        trainer.train(resume_from_checkpoint=str(folder / f"checkpoint-{steps}") if steps else None)
        steps = trainer.state.global_step
        scores = trainer.evaluate()
        yield {"accuracy": scores["eval_accuracy"], "loss": scores["eval_loss"]}, steps
